import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { MissingTool } from '../../common/problems.js';
import type { SampleShape } from '../graph/steps.js';
import type { OnnxFile } from '../onnx/model.js';

/** A model that is ready to run. */
export interface Session {
  /**
   * @param samples  values of a batch, one sample after the other
   * @param shape    of the batch
   * @returns the tensors that the model hands out, by name
   */
  run(samples: Float32Array, shape: readonly number[]): Promise<ReadonlyMap<string, Float32Array>>;
  /** The same with shapes. */
  runShaped(samples: Float32Array, shape: readonly number[]): Promise<ReadonlyMap<string, ShapedTensor>>;
  close(): Promise<void>;
}

/** Values of a tensor and its shape. */
export interface ShapedTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * Opens a model in onnxruntime, which is loaded when it is first needed.
 *
 * @param threads  0: as many as there are cores
 * @throws MissingTool where onnxruntime-node is not installed
 */
export async function openSession(model: Uint8Array, threads = 0): Promise<Session> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const session: InferenceSession = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // Exporters keep constants that nothing reads; a warning for each helps nobody.
    logSeverityLevel: 3,
    // Threads that spin while they wait take the cores from everything else.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const [input] = session.inputNames;
  const [described] = session.inputMetadata;
  const type = described?.isTensor ? described.type : 'float32';
  const tensorOf = (element: string, samples: Float32Array, shape: readonly number[]) => {
    // Numbers of tokens come as whole values.
    if (element === 'int64') return new Tensor('int64', BigInt64Array.from(samples, BigInt), shape);
    if (element === 'int32') return new Tensor('int32', Int32Array.from(samples), shape);
    return new Tensor('float32', samples, shape);
  };
  const runShaped: Session['runShaped'] = async (samples, shape) => {
    const results = await session.run({ [input!]: tensorOf(type, samples, shape) });
    return new Map(
      Object.entries(results).map(([name, tensor]) => [name, { data: floats(tensor), dims: tensor.dims }]),
    );
  };
  return {
    run: async (samples, shape) =>
      new Map([...(await runShaped(samples, shape))].map(([name, { data }]) => [name, data])),
    runShaped,
    close: () => session.release(),
  };
}

/** The shape of a sample as a model takes it: vectors have no height and width. */
export function batchShape({ graph }: OnnxFile, shape: SampleShape): readonly number[] {
  const stored = new Set(graph.initializer?.map(({ name }) => name));
  const input = graph.input?.find(({ name }) => !stored.has(name));
  return input?.type?.tensorType?.shape?.dim?.length === 2 ? [shape[0]] : shape;
}

function floats({ data }: Tensor): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

async function loadRuntime() {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new MissingTool('onnxruntime-node', 'npm install onnxruntime-node');
  }
}
