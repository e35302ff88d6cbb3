/** The JSON that a schema asked for. */
export function StructuredText({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const pretty = toPretty(text);
  return (
    <div class="code-block structured">
      <div class="code-head">
        <span>JSON</span>
        {!isGrowing && (
          <span class={pretty === undefined ? 'bad' : 'good'}>
            {pretty === undefined ? 'incomplete' : 'valid'}
          </span>
        )}
      </div>
      <pre tabIndex={0}>
        <code>{pretty ?? text}</code>
      </pre>
    </div>
  );
}

function toPretty(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}
