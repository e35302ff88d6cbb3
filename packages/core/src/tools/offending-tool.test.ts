import { expect, test } from 'vitest';
import type { ChatRequest, ChatTool } from '../chat/types.ts';
import { findOffendingTools, isGrammarFailure, simplifyTools } from './offending-tool.ts';

const tool = (name: string, parameters: Record<string, unknown>): ChatTool => ({
  type: 'function',
  function: { name, parameters },
});
const fine = tool('read', { type: 'object', properties: { path: { type: 'string', minLength: 1 } } });
const long = tool('write_file', {
  type: 'object',
  properties: { text: { type: 'string', minLength: 65536 } },
});
const request: ChatRequest = { model: 'm', messages: [], tools: [fine, long] };

test('a tool that llama.cpp takes is sent as it is, the other one without what it refuses', () => {
  const before = JSON.stringify(request);
  const simplified = simplifyTools(request, 0);
  expect(simplified.tools?.[0]).toBe(fine);
  expect(simplified.tools?.[1]?.function.parameters).toEqual({
    type: 'object',
    properties: { text: { type: 'string' } },
  });
  expect(JSON.stringify(request)).toBe(before);
  expect(simplifyTools(simplified, 0)).toBe(simplified);
});

test('only the named tools are simplified', () => {
  expect(simplifyTools(request, 0, ['read'])).toBe(request);
  expect(simplifyTools(request, 1, ['read']).tools?.[1]).toBe(long);
});

test.each([
  'Failed to initialize samplers: failed to parse grammar',
  'Unable to generate parser for this template. Automatic parser generation failed: JSON schema error at #/properties/x: $ref must be a string',
  'JSON schema conversion failed:\nInvalid pattern ^(a$: unbalanced parentheses',
])('a grammar failure: %s', (message) => {
  expect(isGrammarFailure(message)).toBe(true);
});

test.each([
  'Loading model',
  'Failed to parse input at pos 12',
  'the request exceeds the available context size',
])('no grammar failure: %s', (message) => {
  expect(isGrammarFailure(message)).toBe(false);
});

test('the tools in the message, whole names only, else all', () => {
  expect(findOffendingTools('bad schema of write_file', [fine, long])).toEqual(['write_file']);
  expect(findOffendingTools('already failed to parse grammar', [fine, long])).toEqual(['read', 'write_file']);
});
