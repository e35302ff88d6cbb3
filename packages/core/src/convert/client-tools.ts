import type { ChatTool } from '../chat/types.ts';
import type { TypedTool } from '../messages/types.ts';

const string = (description: string) => ({ type: 'string', description });
const path = string('Absolute path to a file or directory.');
const lineNumber = {
  type: 'integer',
  minimum: 0,
  description: 'The line after which `insert` puts its text; 0 is the top.',
};
const viewRange = {
  type: 'array',
  items: { type: 'integer' },
  description: 'First and last line that `view` shows, counted from 1; -1 as the last line means to the end.',
};

/**
 * Returns the function that stands for a tool which the client runs itself and names by its type alone
 * (`bash_*`, `text_editor_*`, `memory_*`), or undefined for every other type. Anthropic's models know these schemas
 * by heart, others must be told.
 *
 * @see https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/bash-tool
 * @see https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/text-editor-tool
 * @see https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/memory-tool
 */
export function toClientTool(tool: TypedTool): ChatTool | undefined {
  if (tool.type.startsWith('bash_')) return bash(tool);
  if (tool.type.startsWith('text_editor_')) return textEditor(tool);
  if (tool.type.startsWith('memory_')) return memory(tool);
  return undefined;
}

function bash(tool: TypedTool): ChatTool {
  return toFunction(
    tool.name ?? 'bash',
    'Runs a command in a bash session that keeps its state between calls.',
    [],
    {
      command: string('The command to run. Required unless the session is restarted.'),
      restart: { type: 'boolean', description: 'Set to true to restart the session.' },
    },
  );
}

/** Versions before 20250429 can undo, and carry the text of `insert` in `new_str`. */
function textEditor(tool: TypedTool): ChatTool {
  const isEarly = tool.type === 'text_editor_20241022' || tool.type === 'text_editor_20250124';
  const commands = ['view', 'create', 'str_replace', 'insert', ...(isEarly ? ['undo_edit'] : [])];
  return toFunction(
    tool.name ?? (isEarly ? 'str_replace_editor' : 'str_replace_based_edit_tool'),
    'Views, creates and edits text files. `view` also lists a directory; `str_replace` needs a text that occurs exactly once.',
    ['command', 'path'],
    {
      command: { type: 'string', enum: commands },
      path,
      file_text: string('The content of the file that `create` makes.'),
      old_str: string('The text that `str_replace` replaces, exactly as in the file.'),
      new_str: string(
        isEarly
          ? 'The text that `str_replace` or `insert` puts in.'
          : 'The text that `str_replace` puts in its place.',
      ),
      insert_line: lineNumber,
      ...(!isEarly && { insert_text: string('The text that `insert` puts in.') }),
      view_range: viewRange,
    },
  );
}

function memory(tool: TypedTool): ChatTool {
  return toFunction(
    tool.name ?? 'memory',
    'Keeps notes in files under /memories that outlast this conversation. View /memories before other work, and write down what should not be lost.',
    ['command'],
    {
      command: { type: 'string', enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
      path: string('Path under /memories; for every command but `rename`.'),
      view_range: viewRange,
      file_text: string('The content of the file that `create` makes.'),
      old_str: string('The text that `str_replace` replaces, exactly as in the file.'),
      new_str: string('The text that `str_replace` puts in its place.'),
      insert_line: lineNumber,
      insert_text: string('The text that `insert` puts in.'),
      old_path: string('What `rename` renames.'),
      new_path: string('The new name for `rename`.'),
    },
  );
}

function toFunction(
  name: string,
  description: string,
  required: readonly string[],
  properties: Record<string, unknown>,
): ChatTool {
  return {
    type: 'function',
    function: {
      name,
      description,
      parameters: { type: 'object', properties, ...(required.length > 0 && { required }) },
    },
  };
}
