import { Check, Errors } from 'typebox/schema';
import { MessagesError } from '../errors.ts';
import { matchesSchema, type RequestSchema } from './matches-schema.ts';

const typeNames: Readonly<Record<string, string>> = {
  string: 'a valid string',
  array: 'a valid list',
  object: 'an object',
  number: 'a valid number',
  integer: 'a valid integer',
  boolean: 'a valid boolean',
};

/**
 * Throws unless `value` matches the JSON Schema; says where in Anthropic's words, `path` in front: `max_tokens: Field required`.
 * Interpreted, never compiled, so that it also runs where `eval` is forbidden (Workers).
 */
export function expectSchema(schema: RequestSchema, value: unknown, path: string): void {
  if (matchesSchema(schema, value) || Check(schema, value)) return;
  const [, errors] = Errors(schema, value);
  const first: unknown = errors[0];
  const { keyword, instancePath, params, message } = first as SchemaError;
  const pointer = instancePath.split('/').slice(1).map(unescapePointer);
  const missing = keyword === 'required' ? listOf(params['requiredProperties']).slice(0, 1) : [];
  throw invalid(
    [path, ...pointer, ...missing].filter((step) => step !== '').join('.'),
    wordingOf(keyword, params) ?? message,
  );
}

/** Returns the 400 for a fault of the request at `path`. */
export function invalid(path: string, message: string, details?: Record<string, unknown>): MessagesError {
  return new MessagesError(
    'invalid_request_error',
    `${path === '' ? 'body' : path}: ${message}`,
    details && { details },
  );
}

interface SchemaError {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
}

function wordingOf(keyword: string, params: Record<string, unknown>): string | undefined {
  switch (keyword) {
    case 'required':
      return 'Field required';
    case 'type':
      return `Input should be ${listOf(params['type'])
        .filter((type) => type !== 'null')
        .map((type) => typeNames[type] ?? type)
        .join(' or ')}`;
    case 'enum': {
      const values = listOf(params['allowedValues']).map((value) => `'${value}'`);
      const last = values.pop() ?? '';
      return `Input should be ${values.length === 0 ? last : `${values.join(', ')} or ${last}`}`;
    }
    case 'minimum':
      return `Input should be greater than or equal to ${String(params['limit'])}`;
    default:
      return undefined;
  }
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
