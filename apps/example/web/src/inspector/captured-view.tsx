import type { CapturedJson } from '../../../src/ui/api.ts';
import { formatBytes } from '../server/format.ts';
import { CopyButton } from './copy-button.tsx';
import { JsonView } from './json-view.tsx';

interface CapturedViewProps {
  readonly captured: CapturedJson;
  readonly marked?: readonly (string | number)[] | undefined;
}

/** JSON that went over a wire. */
export function CapturedView({ captured: { value, bytes, truncated }, marked }: CapturedViewProps) {
  return (
    <>
      <p class="actions">
        <span class="muted">{formatBytes(bytes)}</span>
        <CopyButton label="Copy JSON" text={() => JSON.stringify(value, null, 2)} />
      </p>
      {truncated && (
        <p class="banner warn">
          It had {formatBytes(bytes)}, too much to keep whole: long texts in it are shortened.
        </p>
      )}
      <JsonView value={value} marked={marked} />
    </>
  );
}
