"""Training of an exported network in bfloat16, for processors that multiply its matrices (AMX, AVX-512 BF16).

    hasten(module, network)     module: the exported network.py; network: its Network

Layers compute what Layer.forward of the module computes while training, with three differences. All tiles of a layer are
one grouped convolution in bfloat16, which holds whole inputs and cells exactly; its sums are rounded to 8 bits. What comes
after it, forwards and backwards, is a few passes that torch.compile fuses (it needs a C++ compiler). Gradients are bfloat16. What
the network computes after network.eval() stays as it was, exact: levels, normalisation and accuracy come from there.
"""

import torch
from torch.nn import functional as F


def converted(macs, references, steps, base):
    """What the converters make of macs, images x height x width x units x channels, added up; sums and squares a channel."""
    total = base
    for unit in range(macs.shape[3]):
        values = macs[:, :, :, unit].float()
        for at in range(references.shape[1]):
            total = total + torch.where(values >= references[unit, at], steps[unit, at], 0.0)
    return total.to(macs.dtype), total.sum((0, 1, 2)), (total * total).sum((0, 1, 2))


def moments(sums):
    values = sums.float()
    return values.sum((0, 1, 2)), (values * values).sum((0, 1, 2))


def requantized(sums, slope, offset, low, high):
    return torch.floor(sums.float() * slope + (offset + 0.5)).clamp(low, high).to(sums.dtype)


def masked(gradient, sums, slope, offset, mean, inverse, low, high):
    """The gradient where nothing clips, and its sums a channel: alone, and times the normalised sums."""
    values = sums.float()
    wanted = values * slope + offset
    inside = torch.where((wanted > low) & (wanted < high), gradient.float(), 0.0)
    return inside.to(sums.dtype), inside.sum((0, 1, 2)), (inside * ((values - mean) * inverse)).sum((0, 1, 2))


def gradient_before_norm(inside, sums, slope, mean, inverse, first, second):
    return (inside.float() - first - (sums.float() - mean) * inverse * second) * slope


def gradient_of_sums(inside, sums, *norm):
    return gradient_before_norm(inside, sums, *norm).to(sums.dtype)


def gradient_of_macs(macs, least, most, counts, inside, sums, *norm):
    gradient = gradient_before_norm(inside, sums, *norm)
    values = macs.float()
    passed = (values > least[:, None]) & (values < most[:, None])
    return torch.where(passed, gradient[:, :, :, None] * counts[:, None], 0.0).to(macs.dtype)


def sum_within(first, second, low, high):
    return (first.float() + second.float()).clamp(low, high).to(first.dtype)


def gradient_within(gradient, first, second, low, high):
    total = first.float() + second.float()
    return torch.where((total > low) & (total < high), gradient.float(), 0.0).to(first.dtype)


class Passes:
    """The functions above, each one pass over memory where they are compiled."""

    def __init__(self, compiled):
        kinds = (converted, moments, requantized, masked, gradient_of_sums, gradient_of_macs, sum_within, gradient_within)
        for kind in kinds:
            setattr(self, kind.__name__, torch.compile(kind, dynamic=False) if compiled else kind)


def channels_last(values):
    return values.permute(0, 2, 3, 1).contiguous()


def channels_first(values):
    return values.permute(0, 3, 1, 2)


class FastSum(torch.autograd.Function):
    """A sum of codes that stays within bounds."""

    @staticmethod
    def forward(context, first, second, low, high, passes):
        first, second = channels_last(first), channels_last(second)
        context.save_for_backward(first, second)
        context.rest = low, high, passes
        return channels_first(passes.sum_within(first, second, low, high))

    @staticmethod
    def backward(context, gradient):
        low, high, passes = context.rest
        below = channels_first(passes.gradient_within(channels_last(gradient), *context.saved_tensors, low, high))
        return below, below, None, None, None


class Shape:
    """How the tiles of a layer stand in a grouped convolution: all as wide as the widest, with zeros."""

    def __init__(self, layer, channels):
        self.tiles = [(0, channels)] if layer.level_sets is None else layer.tiles
        self.widest = max(each for _, each in self.tiles)
        self.alike = len(self.tiles) * self.widest == channels

    def inputs(self, values):
        if not self.alike:
            tiles = [values[:, first : first + channels] for first, channels in self.tiles]
            values = torch.cat([F.pad(tile, (0, 0, 0, 0, 0, self.widest - tile.shape[1])) for tile in tiles], 1)
        return values.contiguous(memory_format=torch.channels_last)

    def gradient_of_inputs(self, gradient):
        if self.alike:
            return gradient
        parts = gradient.split(self.widest, 1)
        return torch.cat([part[:, :channels] for part, (_, channels) in zip(parts, self.tiles)], 1)

    def weights(self, planes):
        """Tiles x digits x outputs, one after the other, of planes outputs x channels x kernel."""
        padded = [
            F.pad(plane[:, first : first + channels], (0, 0, 0, 0, 0, self.widest - channels))
            for first, channels in self.tiles
            for plane in planes
        ]
        return torch.cat(padded)

    def gradient_of_planes(self, gradient, digits):
        parts = gradient.float().view(len(self.tiles), digits, -1, *gradient.shape[1:])
        return [
            torch.cat([part[digit, :, :channels] for part, (_, channels) in zip(parts, self.tiles)], 1)
            for digit in range(digits)
        ]


class FastLayer(torch.autograd.Function):
    """A layer that normalises its channels by the batch; gradients pass roundings as if they were not there."""

    @staticmethod
    def forward(context, values, gain, centre, layer, passes, *planes):
        digital = layer.level_sets is None
        if digital:
            planes = [sum(digit * plane for digit, plane in zip(layer.digits, planes))]
        shape = Shape(layer, values.shape[1])
        inputs = shape.inputs(values)
        weights = shape.weights(planes).to(values.dtype).contiguous(memory_format=torch.channels_last)
        macs = F.conv2d(inputs, weights, None, layer.strides, layer.pads[:2], 1, len(shape.tiles))
        macs = channels_last(macs).unflatten(3, (-1, planes[0].shape[0]))
        if digital:
            macs, limits, sums = None, None, macs[:, :, :, 0]
            total, squares = passes.moments(sums)
        else:
            pairs = [(tile, digit) for tile in range(len(shape.tiles)) for digit in range(len(planes))]
            counts = torch.tensor([float(layer.factors[tile] * layer.digits[digit]) for tile, digit in pairs])
            sets = [layer.level_sets[tile][digit] for tile, digit in pairs]
            tables, references, unit = layer.tables().float()[sets], layer.references.float()[sets], layer.unit()
            steps, base = tables.diff(dim=1) * counts[:, None], (tables[:, 0] * counts).sum()
            sums, total, squares = passes.converted(macs, references, steps, base)
            limits = tables[:, 0] * unit, tables[:, -1] * unit, counts / unit
        size = sums[..., 0].numel()
        mean = total / size
        variance = (squares / size - mean * mean).clamp(min=0)
        inverse = torch.where(variance > 0, variance, torch.ones_like(variance)).rsqrt()
        slope = gain.clamp(min=0) * inverse / layer.output_scale
        offset = centre / layer.output_scale - slope * mean
        bounds = float(layer.requantizer.low), float(layer.requantizer.high)
        context.save_for_backward(inputs, weights, macs, sums, slope, offset, mean, inverse, gain)
        context.rest = layer, passes, shape, limits, bounds, size, len(planes)
        return channels_first(passes.requantized(sums, slope, offset, *bounds))

    @staticmethod
    def backward(context, gradient):
        inputs, weights, macs, sums, slope, offset, mean, inverse, gain = context.saved_tensors
        layer, passes, shape, limits, bounds, size, digits = context.rest
        inside, total, product = passes.masked(channels_last(gradient), sums, slope, offset, mean, inverse, *bounds)
        norm = inside, sums, slope, mean, inverse, total / size, product / size
        if limits is None:
            below = passes.gradient_of_sums(*norm)
        else:
            below = passes.gradient_of_macs(macs, *limits, *norm).flatten(3)
        wanted = [context.needs_input_grad[0], True, False]
        places = layer.strides, layer.pads[:2], (1, 1), False, (0, 0), len(shape.tiles)
        of_inputs, of_weights, _ = torch.ops.aten.convolution_backward(
            channels_first(below), inputs, weights, None, *places, wanted
        )
        of_values = shape.gradient_of_inputs(of_inputs) if wanted[0] else None
        planes = shape.gradient_of_planes(of_weights, digits)
        if limits is None:
            planes = [digit * planes[0] for digit in layer.digits]
        of_gain = product * (gain > 0) / layer.output_scale
        return of_values, of_gain, total / layer.output_scale, None, None, *planes


def hasten(module, network, number=torch.bfloat16, compiled=True):
    """Makes training fast, in numbers of a type. Layers of one position, and those whose lines clip, stay exact."""
    passes = Passes(compiled)
    exact_sum = module.added

    def added(first, second, low, high):
        if not network.training:
            return exact_sum(first, second, low, high)
        return FastSum.apply(first.to(number), second.to(number), float(low), float(high), passes)

    def fast(layer):
        exact = layer.forward
        even = layer.pads[:2] == layer.pads[2:] and layer.headroom is None

        def forward(values):
            if not layer.training or not even or values.shape[2:] == (1, 1):
                return exact(values.float())
            return FastLayer.apply(values.to(number), layer.gain, layer.centre, layer, passes, *layer.cells())

        return forward

    def widened(exact):
        return lambda values: exact(values.float())

    module.added = added
    for layer in network.layers.values():
        layer.forward = fast(layer)
    for pool in network.pools.values():
        pool.forward = widened(pool.forward)
