import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../results/', import.meta.url);

/** Returns what an earlier run has saved under this name; undefined if there is none. */
export function loadSaved<Value>(name: string): Value | undefined {
  try {
    return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Value;
  } catch {
    return undefined;
  }
}

/** Saves a value under a name, its figures rounded, lists of them on one line; returns the file's path. */
export function save(name: string, value: unknown): string {
  const file = fileURLToPath(new URL(`${name}.json`, folder));
  const text = JSON.stringify(value, roundFigure, 2).replaceAll(/\[\s+([-\d.,\s]+?)\s+\]/g, toLine);
  writeFileSync(file, `${text}\n`);
  return file;
}

/** Four digits are more than repeat. */
function roundFigure(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

function toLine(_list: string, figures: string): string {
  return `[${figures.split(/,\s*/).join(', ')}]`;
}
