import { useState } from 'preact/hooks';
import type { Throughput } from '../../../src/ui/api.ts';
import { formatRate, formatTime } from './format.ts';

const width = 600;
const height = 120;

interface ThroughputChartProps {
  readonly title: string;
  readonly about: string;
  readonly values: readonly number[];
  readonly throughput: Throughput;
  readonly name: 'generated' | 'read';
}

/** Tokens a second over the last minutes, as a line; its values are read by pointing at it, or said as a whole. */
export function ThroughputChart({ title, about, values, throughput, name }: ThroughputChartProps) {
  const [pointed, setPointed] = useState<number>();
  const peak = Math.max(0, ...values);
  const top = toRoundTop(peak);
  const x = (index: number): number => (index / (values.length - 1)) * width;
  const y = (value: number): number => height - (value / top) * height;
  const line = values.map(
    (value, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`,
  );
  const minutes = Math.round((values.length * throughput.intervalMs) / 60_000);
  const shown = pointed ?? values.length - 1;
  const at = throughput.until - (values.length - shown) * throughput.intervalMs;

  return (
    <figure class={`chart ${name}`}>
      <figcaption>
        <h2>{title}</h2>
        <p class="reading">
          <strong>{formatRate(values[shown] ?? 0)}</strong> tokens/s{' '}
          <span class="muted">{pointed === undefined ? 'now' : `at ${formatTime(at)}`}</span>
        </p>
      </figcaption>
      <div class="plot">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}, last ${minutes} minutes: at most ${formatRate(peak)} tokens per second.`}
          onPointerMove={({ currentTarget, clientX }) => {
            const { left, width: seen } = currentTarget.getBoundingClientRect();
            const share = Math.min(1, Math.max(0, (clientX - left) / seen));
            setPointed(Math.round(share * (values.length - 1)));
          }}
          onPointerLeave={() => setPointed(undefined)}
        >
          <line class="grid" x1="0" x2={width} y1={height / 2} y2={height / 2} />
          <path class="area" d={`${line.join('')}L${width} ${height}L0 ${height}Z`} />
          <path class="line" d={line.join('')} />
          {pointed !== undefined && (
            <line class="pointer" x1={x(pointed)} x2={x(pointed)} y1="0" y2={height} />
          )}
        </svg>
        <span class="top muted">{top}</span>
        <span class="middle muted">{top / 2}</span>
      </div>
      <p class="axis muted">
        <span>{minutes} min ago</span>
        <span>{about}</span>
        <span>now</span>
      </p>
    </figure>
  );
}

/** The next 1, 2 or 5 times a power of ten. */
function toRoundTop(peak: number): number {
  if (peak <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(peak));
  return power * ([1, 2, 5].find((step) => step * power >= peak) ?? 10);
}
