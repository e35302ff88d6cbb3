import type { ToolResult, ToolUseBlock } from './conversation.ts';
import { demoTools } from './tools/demo-tools.ts';

/** A call of a tool, and what it gave. */
export function ToolCard({
  call,
  result,
  isGrowing,
}: {
  call: ToolUseBlock;
  result: ToolResult | undefined;
  isGrowing: boolean;
}) {
  const title = demoTools.get(call.name)?.title ?? call.name;
  return (
    <section class={`card tool ${result?.isError ? 'failed' : ''}`} aria-label={`Tool call: ${title}`}>
      <header>
        <strong>{title}</strong>
        <code>{call.name}</code>
      </header>
      <dl>
        <dt>Input</dt>
        <dd>
          <pre>{toJson(call.input ?? {})}</pre>
        </dd>
        <dt>{result?.isError ? 'Error' : 'Result'}</dt>
        <dd>
          {result ? <pre>{result.text}</pre> : <span class="hint">{isGrowing ? '…' : 'Was not run.'}</span>}
        </dd>
      </dl>
    </section>
  );
}

/** On one line if it fits. */
function toJson(value: unknown): string {
  const line = JSON.stringify(value);
  return line.length <= 72 ? line : JSON.stringify(value, null, 2);
}
