import { signal } from '@preact/signals';
import { turns, type Answer, type Turn } from './conversation.ts';

const storageKey = 'llama-messages.conversation';

type StoredTurn =
  | Extract<Turn, { role: 'user' }>
  | { readonly role: 'answer'; readonly id: string; readonly answer: Answer };

/** Whether the tab's storage has no room for the conversation: a reload would lose it then. */
export const isTooLargeToKeep = signal(false);

/** Keeps the conversation for a reload of this tab. */
export function saveConversation(): void {
  const stored = turns.value.map((turn): StoredTurn =>
    turn.role === 'user' ? turn : { ...turn, answer: turn.answer.value },
  );
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(stored));
    isTooLargeToKeep.value = false;
  } catch {
    // Pictures fill the 5 MB of a tab soon. Half a conversation would be worse than none.
    sessionStorage.removeItem(storageKey);
    isTooLargeToKeep.value = true;
  }
}

/** Brings back what was kept. An answer that was under way has ended with the page it was on. */
export function restoreConversation(): void {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]') as readonly StoredTurn[];
    turns.value = stored.map((turn): Turn => {
      if (turn.role === 'user') return turn;
      const { answer } = turn;
      return {
        ...turn,
        answer: signal(answer.state.kind === 'running' ? { ...answer, state: { kind: 'stopped' } } : answer),
      };
    });
  } catch {
    sessionStorage.removeItem(storageKey);
  }
}

addEventListener('pagehide', saveConversation);
