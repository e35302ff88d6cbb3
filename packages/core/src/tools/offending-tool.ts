import type { ChatRequest, ChatTool } from '../chat/types.ts';
import { oncePerLasting } from '../memory/lasting.ts';
import { type SimplificationLevel, simplifySchema } from './simplify-schema.ts';

/**
 * Returns the request with the schemas of its tools simplified: the same object if none of them changed.
 *
 * @param names - the tools to simplify. @defaultValue all
 */
export function simplifyTools(
  request: ChatRequest,
  level: SimplificationLevel,
  names?: readonly string[],
): ChatRequest {
  if (!request.tools) return request;
  const tools =
    level === 0 && !names
      ? toCompilableTools(request.tools)
      : simplifyEach(request.tools, (tool) =>
          names && !names.includes(tool.function.name) ? tool : simplifyTool(tool, level),
        );
  return tools === request.tools ? request : { ...request, tools };
}

/** For every request. */
const toCompilable = oncePerLasting((tool: ChatTool) => simplifyTool(tool, 0));
const toCompilableTools = oncePerLasting((tools: readonly ChatTool[]) => simplifyEach(tools, toCompilable));

/** Returns the same list if no tool changed. */
function simplifyEach(
  tools: readonly ChatTool[],
  simplify: (tool: ChatTool) => ChatTool,
): readonly ChatTool[] {
  const simplified = tools.map(simplify);
  return simplified.every((tool, index) => tool === tools[index]) ? tools : simplified;
}

function simplifyTool(tool: ChatTool, level: SimplificationLevel): ChatTool {
  const parameters = simplifySchema(tool.function.parameters, level);
  return parameters === tool.function.parameters
    ? tool
    : { ...tool, function: { ...tool.function, parameters } };
}

/**
 * True if llama.cpp's answer says that it could not turn a schema into a grammar. Another try with simpler schemas may
 * succeed then; every other error stays what it is.
 */
export function isGrammarFailure(message: string): boolean {
  return /failed to parse grammar|json schema (?:error|conversion failed)|unsupported grammar|failed to initialize samplers/i.test(
    message,
  );
}

/**
 * Returns the names of the tools that an error message is about: those that it names as a whole word, else all,
 * since llama.cpp's "failed to parse grammar" names none.
 */
export function findOffendingTools(message: string, tools: readonly ChatTool[]): string[] {
  const names = tools.map((tool) => tool.function.name);
  const words = new Set(message.match(/[\w-]+/g));
  const named = names.filter((name) => words.has(name));
  return named.length > 0 ? named : names;
}
