interface AnswerEvent {
  readonly delta?: { readonly text?: string };
  readonly choices?: readonly { readonly delta: { readonly content?: string | null } }[];
}

/** Returns the text of a streamed answer, of the Messages API or of the chat API. */
export function readAnswerText(stream: string): string {
  return [...stream.matchAll(/^data: ?(\{.*)$/gm)]
    .map(([, data = '{}']) => JSON.parse(data) as AnswerEvent)
    .map(({ delta, choices }) => delta?.text ?? choices?.[0]?.delta.content ?? '')
    .join('');
}
