/**
 * JSON Schemas of the request, level by level: the body, a message, then one schema for each type of block.
 * One union of all blocks would answer a missing `id` with an error for every block type there is.
 * Objects are open, and null stands for absent wherever the API or a client lets it.
 *
 * @packageDocumentation
 */

import type { RequestSchema } from './matches-schema.ts';

const string = { type: 'string' } as const;
const optionalString = { type: ['string', 'null'] } as const;
const optionalBoolean = { type: ['boolean', 'null'] } as const;
const optionalNumber = { type: ['number', 'null'] } as const;
const stringOrList = { type: ['string', 'array'] } as const;

function object(required: readonly string[], properties: Record<string, RequestSchema>): RequestSchema {
  return { type: 'object', required, properties };
}

function optionalObject(
  required: readonly string[],
  properties: Record<string, RequestSchema>,
): RequestSchema {
  return { type: ['object', 'null'], required, properties };
}

const format = optionalObject(['type', 'schema'], {
  type: { enum: ['json_schema'] },
  schema: { type: 'object' },
});

const properties: Record<string, RequestSchema> = {
  model: string,
  max_tokens: { type: 'integer', minimum: 0 },
  messages: { type: 'array' },
  system: { type: ['string', 'array', 'null'] },
  tools: { type: ['array', 'null'] },
  tool_choice: optionalObject(['type'], {
    type: { enum: ['auto', 'any', 'none', 'tool'] },
    name: optionalString,
    disable_parallel_tool_use: optionalBoolean,
  }),
  stream: optionalBoolean,
  stop_sequences: { type: ['array', 'null'], items: string },
  temperature: optionalNumber,
  top_p: optionalNumber,
  top_k: { type: ['integer', 'null'] },
  thinking: optionalObject(['type'], {
    type: string,
    budget_tokens: optionalNumber,
    display: optionalString,
  }),
  output_config: optionalObject([], { effort: optionalString, format }),
  output_format: format,
  mcp_servers: { type: ['array', 'null'] },
};

export const messageSchema = object(['role', 'content'], {
  role: { enum: ['user', 'assistant', 'system'] },
  content: stringOrList,
});

export const messagesRequestSchema = object(['model', 'max_tokens', 'messages'], properties);
/** `count_tokens` takes the same body, without the need for `max_tokens`. */
export const countTokensRequestSchema = object(['model', 'messages'], properties);

export const anyBlockSchema = object(['type'], { type: string });

const source = object(['type'], { type: string });

export const blockSchemas: Readonly<Record<string, RequestSchema>> = {
  text: object(['text'], { text: string }),
  image: object(['source'], { source }),
  document: object(['source'], { source, title: optionalString, context: optionalString }),
  search_result: object(['title', 'source', 'content'], {
    title: string,
    source: string,
    content: { type: 'array' },
  }),
  thinking: object(['thinking'], { thinking: string, signature: optionalString }),
  tool_use: object(['id', 'name'], { id: string, name: string }),
  tool_reference: object(['tool_name'], { tool_name: string }),
  tool_result: object(['tool_use_id'], {
    tool_use_id: string,
    content: { type: ['string', 'array', 'null'] },
    is_error: optionalBoolean,
  }),
};

export const sourceSchemas: Readonly<Record<string, RequestSchema>> = {
  base64: object(['media_type', 'data'], { media_type: string, data: string }),
  url: object(['url'], { url: string }),
  text: object(['data'], { data: string }),
  content: object(['content'], { content: stringOrList }),
};

export const anyToolSchema = object([], { type: optionalString, name: optionalString });

export const customToolSchema = object(['name', 'input_schema'], {
  name: string,
  description: optionalString,
  input_schema: { type: 'object' },
  input_examples: { type: ['array', 'null'] },
});
