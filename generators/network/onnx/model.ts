import { readFileSync } from 'node:fs';
import { failure, type Result, success } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { decodeModel, encodeModel, type OnnxGraph, type OnnxModel } from './schema.js';

/** An ONNX file with a graph in it. */
export interface OnnxFile {
  /** As the user named it. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly graph: OnnxGraph;
}

/** Reads an ONNX file whose weights lie in it. */
export function readOnnx(file: string): Result<OnnxFile> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return failure(unreadable(file, error));
  }
  return onnxOf(file, bytes);
}

/** The same of bytes that are in memory. */
export function onnxOf(file: string, bytes: Uint8Array): Result<OnnxFile> {
  let model: OnnxModel;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failure({ file, path: '', message: `is not an ONNX model: ${reason}` });
  }
  const { graph } = model;
  if (graph?.node === undefined || graph.node.length === 0) {
    return failure({ file, path: '', message: 'is not an ONNX model: it holds no graph with nodes' });
  }
  const outside = graph.initializer?.filter(({ dataLocation }) => dataLocation === 1) ?? [];
  if (outside.length > 0) {
    return failure({
      file,
      path: outside[0]!.name ?? '',
      message: `keeps the values of ${outside.length} tensors in other files`,
      fix: 'Save it as one file: onnx.save_model(model, path, save_as_external_data=False).',
    });
  }
  return success({ file, bytes, graph });
}

/**
 * The bytes of a model that hands out further tensors of its graph. Messages of the same kind that follow each other
 * read as one whose lists are joined (protocol buffers, "last one wins"), so nothing of the file is lost on the way.
 */
export function withOutputs({ bytes, graph }: OnnxFile, tensors: readonly string[]): Uint8Array {
  const known = new Set(graph.output?.map(({ name }) => name));
  const output = tensors.filter((name) => !known.has(name)).map((name) => ({ name }));
  return output.length === 0 ? bytes : Buffer.concat([bytes, encodeModel({ graph: { output } })]);
}
