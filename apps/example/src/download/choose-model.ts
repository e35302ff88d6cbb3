import { basename } from 'node:path/posix';
import { Failure } from '../failure.ts';
import { toSize } from './size.ts';

/** A file of a repository, or of what the cache holds of it. */
export interface RepositoryFile {
  /** Below the repository, with `/`. */
  readonly path: string;
  readonly size: number;
}

/** A model that can be run: one file, or the parts of one that was split, in their order. */
export interface Choice<T extends RepositoryFile> {
  readonly parts: readonly T[];
  /** Such as `Q4_K_M`; the file's name if that says nothing about it. */
  readonly label: string;
  readonly size: number;
}

/**
 * What is taken where nothing is asked for, best first: about 4.5 bits a weight lose little and need a quarter of the
 * memory. llama-server's `-hf` takes Q4_K_M too.
 */
const preferred = ['Q4_K_M', 'UD-Q4_K_XL', 'Q4_K_S', 'MXFP4', 'IQ4_XS', 'Q4_0', 'Q5_K_M', 'Q6_K', 'Q8_0'];

const partNumber = /-(\d{5})-of-(\d{5})(?=\.gguf$)/i;
const quantisation = /(?:^|[-_.])((?:UD-)?(?:I?Q\d[\w]*|TQ\d[\w]*|MXFP4(?:_\w+)?|BF16|F16|F32))(?=[-.]|$)/i;

/** Returns the models among the files of a repository, in their order; a projector for images is none. */
export function toChoices<T extends RepositoryFile>(files: readonly T[]): readonly Choice<T>[] {
  const groups = new Map<string, T[]>();
  for (const file of files) {
    if (!/\.gguf$/i.test(file.path) || /^mmproj/i.test(basename(file.path))) continue;
    const whole = file.path.replace(partNumber, '');
    groups.set(whole, [...(groups.get(whole) ?? []), file]);
  }
  return [...groups].map(([whole, parts]) => ({
    parts: parts.toSorted((a, b) => a.path.localeCompare(b.path)),
    label: toLabel(whole),
    size: parts.reduce((sum, { size }) => sum + size, 0),
  }));
}

/**
 * Returns the choice that `wanted` names by file, by the first of its parts or by quantisation, or else the best one.
 * @throws Failure that lists what there is
 */
export function choose<T extends RepositoryFile>(
  repository: string,
  choices: readonly Choice<T>[],
  wanted: string | undefined,
): Choice<T> {
  if (choices.length === 0) {
    throw new Failure(
      `There is no GGUF file in ${repository}. Look for a repository with GGUF in its name: llama.cpp reads no other format.`,
    );
  }
  const found = wanted === undefined ? choosePreferred(choices) : chooseNamed(choices, wanted);
  if (found === undefined) {
    throw new Failure(`There is no ${String(wanted)} in ${repository}. It has:\n${toList(choices)}`);
  }
  const first = found.parts[0]?.path ?? '';
  const count = Number(partNumber.exec(first)?.[2] ?? 1);
  if (found.parts.length !== count) {
    throw new Failure(`${repository} has ${found.parts.length} of the ${count} parts of ${first} only.`);
  }
  return found;
}

/** Returns a line for each choice, with its size. */
export function toList(choices: readonly Choice<RepositoryFile>[]): string {
  return choices
    .map(
      ({ parts, label, size }) =>
        `  ${label.padEnd(12)} ${toSize(size).padStart(8)}  ${parts[0]?.path ?? ''}`,
    )
    .join('\n');
}

function choosePreferred<T extends RepositoryFile>(choices: readonly Choice<T>[]): Choice<T> | undefined {
  for (const label of preferred) {
    const found = choices.find((choice) => choice.label === label);
    if (found) return found;
  }
  return choices[0];
}

function chooseNamed<T extends RepositoryFile>(
  choices: readonly Choice<T>[],
  wanted: string,
): Choice<T> | undefined {
  const name = wanted.toLowerCase();
  return (
    choices.find(({ parts }) => parts.some(({ path }) => path.toLowerCase() === name)) ??
    choices.find(({ parts }) => parts.some(({ path }) => basename(path).toLowerCase() === name)) ??
    choices.find(({ label }) => label.toLowerCase() === name)
  );
}

function toLabel(path: string): string {
  const name = basename(path).replace(/\.gguf$/i, '');
  return quantisation.exec(name)?.[1]?.toUpperCase() ?? name;
}
