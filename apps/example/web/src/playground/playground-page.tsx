import { useEffect } from 'preact/hooks';
import { loadModels, modelList } from '../api/models.ts';
import { announcement } from './announcement.ts';
import { isRunning, stop } from './chat.ts';
import { Composer } from './composer.tsx';
import { turns } from './conversation.ts';
import { EmptyConversation } from './empty-conversation.tsx';
import { ProblemCard } from './problem-card.tsx';
import { SettingsPanel } from './settings/settings-panel.tsx';
import { areSettingsOpen, isNarrow } from './settings/settings-visibility.ts';
import { isLostOnReload, restoreConversation } from './stored-conversation.ts';
import { TurnList } from './turn-list.tsx';
import './playground.css';

restoreConversation();

/** A chat with the model, through the public API. */
export function PlaygroundPage() {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (areSettingsOpen.value && isNarrow.value) areSettingsOpen.value = false;
      else if (isRunning.value) stop();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  const list = modelList.value;
  return (
    <>
      <h1 class="visually-hidden">Playground</h1>
      <div class="chat">
        {turns.value.length === 0 ? <EmptyConversation /> : <TurnList />}
        {list.state === 'failed' && turns.value.length === 0 && (
          <div class="chat-notice">
            <ProblemCard problem={list.problem} onRetry={() => void loadModels()} />
          </div>
        )}
        {isLostOnReload.value && (
          <p class="chat-notice hint">
            A reload of the page would lose this conversation: it is too large to be kept.
          </p>
        )}
        <Composer />
      </div>
      <SettingsPanel />
      <div role="status" class="visually-hidden">
        {announcement.value}
      </div>
    </>
  );
}
