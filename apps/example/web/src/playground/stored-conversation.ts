import { signal } from '@preact/signals';
import { tabStorage } from '../storage.ts';
import { turns, type Answer, type Turn } from './conversation.ts';

const storageKey = 'llama-messages.conversation';

type StoredTurn =
  | Extract<Turn, { role: 'user' }>
  | { readonly role: 'answer'; readonly id: string; readonly answer: Answer };

/** Whether the tab has no room, or no storage, for the conversation. */
export const isLostOnReload = signal(false);

/** Keeps the conversation for a reload of this tab. */
export function saveConversation(): void {
  const stored = turns.value.map((turn): StoredTurn =>
    turn.role === 'user' ? turn : { ...turn, answer: turn.answer.value },
  );
  isLostOnReload.value = !tabStorage.write(storageKey, JSON.stringify(stored));
  // Pictures fill the 5 MB of a tab soon. What was kept before would be another conversation by now.
  if (isLostOnReload.value) tabStorage.write(storageKey, undefined);
}

/** Brings back what was kept. An answer that was under way has ended with the page it was on. */
export function restoreConversation(): void {
  try {
    const stored = JSON.parse(tabStorage.read(storageKey) ?? '[]') as readonly StoredTurn[];
    turns.value = stored.map((turn): Turn => {
      if (turn.role === 'user') return turn;
      const { answer } = turn;
      return {
        ...turn,
        answer: signal(answer.state.kind === 'running' ? { ...answer, state: { kind: 'stopped' } } : answer),
      };
    });
  } catch {
    tabStorage.write(storageKey, undefined);
  }
}

addEventListener('pagehide', saveConversation);
