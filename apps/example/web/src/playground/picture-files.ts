import type { Picture } from './conversation.ts';

/** The longest edge, in pixels, that vision models gain anything from. */
const longestEdge = 1568;
/** In bytes; more than that is packed anew, even if the picture has few pixels. */
const largestFile = 1024 * 1024;

/**
 * Returns the picture in a file, made smaller if it is large.
 * @throws Error in words for the user, if this browser cannot read it
 */
export async function readPicture(file: File): Promise<Picture> {
  const bitmap = await createImageBitmap(file).catch((error: unknown) => {
    throw new Error(`${file.name || 'This file'} is no picture that this browser can read.`, {
      cause: error,
    });
  });
  try {
    const scale = Math.min(1, longestEdge / Math.max(bitmap.width, bitmap.height));
    const asIs = toMediaType(file.type);
    if (scale === 1 && file.size <= largestFile && asIs) {
      return { name: file.name, mediaType: asIs, data: await toBase64(file) };
    }
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(bitmap.width * scale)),
      Math.max(1, Math.round(bitmap.height * scale)),
    );
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser cannot make pictures smaller.');
    // JPEG has no transparency.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    return { name: file.name, mediaType: 'image/jpeg', data: await toBase64(blob) };
  } finally {
    bitmap.close();
  }
}

/** Returns the address that shows a picture. */
export function toDataUrl({ mediaType, data }: Picture): string {
  return `data:${mediaType};base64,${data}`;
}

/** The API takes these four. */
function toMediaType(type: string): Picture['mediaType'] | undefined {
  return (['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const).find((known) => known === type);
}

function toBase64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('The file could not be read.')));
    reader.readAsDataURL(blob);
  });
}
