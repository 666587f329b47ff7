/** The ten probabilities as bars with their numbers. */

export interface ProbabilitiesProps {
  readonly probabilities: readonly number[];
  /** The digit that it is, where this is known. */
  readonly label?: number | undefined;
}

export function Probabilities({ probabilities, label }: ProbabilitiesProps) {
  const seen = probabilities.indexOf(Math.max(...probabilities));
  return (
    <ol class="bars" start={0} aria-label="Probability of each digit">
      {probabilities.map((probability, digit) => (
        <li key={digit} class={digit === seen ? 'seen' : digit === label ? 'missed' : undefined}>
          <span class="digit">{digit}</span>
          <span class="bar">
            <span style={{ width: `${probability * 100}%` }} />
          </span>
          <span class="percent">{(probability * 100).toFixed(1)} %</span>
        </li>
      ))}
    </ol>
  );
}
