import { open } from 'node:fs/promises';

const chunkBytes = 8 * 1024 * 1024;

/**
 * Reads the whole file once and reports percent as it goes, up to 99; resolves with its modification time in
 * milliseconds since the epoch.
 *
 * The engine loads synchronously and reports progress only afterwards. Reading the file first moves the wait for
 * the disk off the event loop: the engine then maps pages that are already in memory.
 *
 * @throws Error naming the path and the fix if the file is missing or is not a GGUF file.
 */
export async function readModelFile(
  path: string,
  onProgress: (percent: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const file = await open(path).catch((error: unknown) => {
    throw new Error(`Cannot open the model file ${path}. Pass the path of a GGUF file as \`model\`.`, {
      cause: error,
    });
  });
  try {
    const { size, mtimeMs } = await file.stat();
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(size, 4)));
    let readBytes = 0;
    let percent = -1;
    while (true) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, readBytes);
      if (readBytes === 0 && (bytesRead < 4 || buffer.toString('latin1', 0, 4) !== 'GGUF')) {
        throw new Error(
          `${path} is not a GGUF file. Download the .gguf of a model, or convert it with llama.cpp's convert_hf_to_gguf.py.`,
        );
      }
      if (bytesRead === 0) return mtimeMs;
      readBytes += bytesRead;
      const next = Math.floor((99 * readBytes) / size);
      if (next > percent) onProgress((percent = next));
    }
  } finally {
    await file.close();
  }
}
