import { modelList } from '../api/models.ts';
import { send } from './chat.ts';
import { changeSettings } from './settings/settings.ts';
import { demoTools } from './tools/demo-tools.ts';

interface Suggestion {
  readonly title: string;
  readonly text: string;
  readonly withTools: boolean;
}

const suggestions: readonly Suggestion[] = [
  {
    title: 'See it write',
    text: 'Explain how a rainbow forms, with a short list and a table of its colors.',
    withTools: false,
  },
  {
    title: 'See it use tools',
    text: 'Roll three dice, multiply their sum by 17.5, and tell me what time it is in Tokyo.',
    withTools: true,
  },
  {
    title: 'See it write code',
    text: 'Write a TypeScript function that groups an array of objects by a key, with a usage example.',
    withTools: false,
  },
];

/** What there is before the first words. */
export function EmptyConversation() {
  const list = modelList.value;
  return (
    <section class="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">What would you like to ask?</h2>
      <p class="hint">
        {list.state === 'known' && list.models[0]
          ? 'What you write goes to your own model, through the same API that your clients use.'
          : list.state === 'loading'
            ? 'Asking the server for its models…'
            : ' '}
      </p>
      <ul class="suggestions">
        {suggestions.map(({ title, text, withTools }) => (
          <li key={title}>
            <button
              type="button"
              class="card"
              onClick={() => {
                if (withTools) changeSettings({ tools: [...demoTools.keys()] });
                send(text, []);
              }}
            >
              <strong>{title}</strong>
              <span>{text}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
