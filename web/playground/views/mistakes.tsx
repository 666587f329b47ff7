/** The test digits that the network gets wrong now. */
import { useRef } from 'preact/hooks';
import { Maps } from '../pictures/maps.tsx';
import { predicted, testDigits } from '../state/known.ts';
import { useWhileSeen } from './while-seen.ts';

/** Of more, the number is said. */
const mostShown = 48;

export function Mistakes({ onPick }: { readonly onPick: (index: number) => void }) {
  const digits = testDigits.value;
  const panel = useRef<HTMLElement>(null);
  const seen = useWhileSeen(panel, () => predicted.value);
  const wrong: number[] = [];
  if (digits && seen) for (const [i, label] of digits.labels.entries()) if (seen[i] !== label) wrong.push(i);
  return (
    <section class="panel" ref={panel} aria-labelledby="mistakes-title">
      <h2 id="mistakes-title">Digits it gets wrong now</h2>
      {!digits || !seen ? (
        <p class="note">They appear after the first test, a second after the start.</p>
      ) : (
        <>
          <p class="note">
            {wrong.length.toLocaleString('en-US')} of 10,000
            {wrong.length > mostShown ? `; the first ${mostShown} of them` : ''}. Below each: what it is → what the
            network reads. Choose one to send it through the network.
          </p>
          <ul class="mistakes">
            {wrong.slice(0, mostShown).map((index) => {
              const [label, got] = [digits.labels[index]!, seen[index]!];
              return (
                <li key={index}>
                  <button type="button" onClick={() => onPick(index)}>
                    <Maps
                      data={digits.images.subarray(index * 784, (index + 1) * 784)}
                      width={28}
                      height={28}
                      columns={1}
                      palette="digit"
                      scale={2}
                      label=""
                    />
                    <span>
                      {label} → {got}
                      <span class="unseen">
                        : a {label} that it reads as {got}
                      </span>
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
}
