import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Failure } from './failure.ts';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/**
 * Returns the values of `args` by option.
 * @throws Failure that names the option that is wrong
 */
export function parseCommandLine<const T extends OptionsConfig>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [problem = ''] = (error instanceof Error ? error.message : '').split(/\n|\. /);
    throw new Failure(`${problem}. See npm start -- --help.`, { cause: error });
  }
}

/** @throws Failure if `value` is none of `names`, in whatever case */
export function toOneOf<T extends string>(name: string, names: readonly T[], value: string): T {
  const found = names.find((other) => other === value.toLowerCase());
  if (found === undefined) throw new Failure(`--${name} must be one of ${names.join(', ')}, not ${value}.`);
  return found;
}

/** @throws Failure if `value` is no http(s) URL */
export function toHttpUrl(name: string, value: string, example: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return value;
  throw new Failure(`--${name} must be a URL like ${example}, not ${value}.`);
}

/** @throws Failure if `value` is no whole number from `least` to `most` */
export function toInteger(
  name: string,
  value: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new Failure(`--${name} must be a whole number ${range}, not ${value}.`);
}

/** @throws Failure if there is nothing in `value` */
export function notEmpty(name: string, value: string): string {
  if (value.trim() !== '') return value;
  throw new Failure(`--${name} must not be empty.`);
}
