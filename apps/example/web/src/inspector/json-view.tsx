import { useEffect, useRef, useState } from 'preact/hooks';
import { formatNumber } from '../server/format.ts';
import './json-view.css';

interface JsonViewProps {
  readonly value: unknown;
  /** Opened, scrolled to and marked. */
  readonly marked?: readonly (string | number)[] | undefined;
}

/** Of a longer text the beginning is shown, until somebody wants the rest. */
const shownCharacters = 1_200;
/** Of a longer list. */
const shownEntries = 100;
/** Levels that are open at first. */
const openLevels = 2;

/** JSON as a tree. What is closed is not rendered, so that a conversation of megabytes opens at once. */
export function JsonView({ value, marked }: JsonViewProps) {
  return (
    <div class="json">
      {isBranch(value) ? <Entries value={value} level={0} marked={marked} /> : <Leaf value={value} />}
    </div>
  );
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

interface BranchProps {
  readonly value: object;
  readonly level: number;
  readonly marked: readonly (string | number)[] | undefined;
}

function Entries({ value, level, marked }: BranchProps) {
  const [limit, setLimit] = useState(shownEntries);
  const entries = Object.entries(value);
  const shown = Math.max(limit, typeof marked?.[0] === 'number' ? marked[0] + 1 : 0);
  return (
    <ul>
      {entries.slice(0, shown).map(([name, child]) => (
        <Entry
          key={name}
          name={name}
          value={child}
          level={level}
          marked={marked !== undefined && String(marked[0]) === name ? marked.slice(1) : undefined}
        />
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" class="quiet" onClick={() => setLimit(entries.length)}>
            {formatNumber(entries.length - shown)} more
          </button>
        </li>
      )}
    </ul>
  );
}

interface EntryProps {
  readonly name: string;
  readonly value: unknown;
  readonly level: number;
  readonly marked: readonly (string | number)[] | undefined;
}

function Entry({ name, value, level, marked }: EntryProps) {
  const isOnTheWay = marked !== undefined;
  const [isOpen, setIsOpen] = useState(level < openLevels && sizeOf(value) <= shownEntries);
  const item = useRef<HTMLLIElement>(null);
  const isMark = marked?.length === 0;
  useEffect(() => {
    if (isOnTheWay) setIsOpen(true);
    if (isMark) item.current?.scrollIntoView({ block: 'center' });
  }, [isOnTheWay, isMark]);

  if (!isBranch(value)) {
    return (
      <li ref={item} class={isMark ? 'marked' : ''}>
        <span class="name">{name}</span> <Leaf value={value} />
      </li>
    );
  }
  return (
    <li ref={item} class={isMark ? 'marked' : ''}>
      <details open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
        <summary>
          <span class="name">{name}</span> <span class="muted">{describe(value)}</span>
        </summary>
        {isOpen && <Entries value={value} level={level + 1} marked={marked} />}
      </details>
    </li>
  );
}

function sizeOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

/** What a closed branch is, from the fields that tell most in the two wires. */
function describe(value: object): string {
  if (Array.isArray(value)) return `[${formatNumber(value.length)}]`;
  const record = value as Record<string, unknown>;
  const inner = record['function'];
  const named = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : record;
  const words = [record['role'], record['type'], named['name']].filter((word) => typeof word === 'string');
  const text = [record['content'], record['text']].find((field) => typeof field === 'string');
  if (typeof text === 'string')
    words.push(`“${text.slice(0, 80).replace(/\s+/g, ' ')}${text.length > 80 ? '…' : ''}”`);
  return words.length > 0 ? words.join(' · ') : `{${Object.keys(value).slice(0, 4).join(', ')}}`;
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === 'string') return <Text value={value} />;
  return <span class="scalar">{JSON.stringify(value)}</span>;
}

function Text({ value }: { value: string }) {
  const [isWhole, setIsWhole] = useState(false);
  const isLong = value.length > shownCharacters;
  const shown = isWhole || !isLong ? value : value.slice(0, shownCharacters);
  const isBlock = value.includes('\n') || value.length > 80;
  return (
    <>
      <span class={isBlock ? 'text block' : 'text'}>{shown === '' ? '""' : shown}</span>
      {isLong && (
        <button type="button" class="quiet" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Less' : `${formatNumber(value.length - shownCharacters)} more characters`}
        </button>
      )}
    </>
  );
}
