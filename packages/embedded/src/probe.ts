import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';

/**
 * Rejects if llama.cpp cannot load the file: cut short, damaged, or of an architecture that it does not know.
 *
 * The engine crashes the process where a load fails (it goes on with a null pointer), so the header and the
 * vocabulary, which name every such defect, are loaded in a process of their own first. Costs a start of Node.
 *
 * @throws Error with llama.cpp's reason and what to do.
 */
export function probeModel(path: string, build: string, signal: AbortSignal): Promise<void> {
  const engine = createRequire(import.meta.url).resolve('@fugood/llama.node');
  const script = `require(${JSON.stringify(engine)})
    .loadModel(${JSON.stringify({ model: path, lib_variant: build, vocab_only: true, n_gpu_layers: 0 })})
    .then(() => process.exit(0), () => process.exit(1))`;
  return new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: 64 * 1024 * 1024, windowsHide: true };
    execFile(process.execPath, ['-e', script], options, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      if (signal.aborted) return reject(signal.reason);
      // A process that could not be started says nothing about the model.
      if (typeof error.code === 'string') return resolve();
      const reason = /error loading model[^:]*: *(.+)/.exec(stderr)?.[1] ?? 'its header cannot be read';
      reject(
        new Error(
          `llama.cpp cannot load ${path}: ${reason}. Download the file again; if it is complete, a newer engine may know the model.`,
          { cause: error },
        ),
      );
    });
  });
}
