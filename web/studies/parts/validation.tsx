/** What the check of a study file has found: what the study would do, or the mistakes with their lines. */
import type { StudyFileMistake, Validation } from '../../../src/server/protocol.ts';

export function Plan({
  validation: { name, sentences, path, exists },
}: {
  readonly validation: Extract<Validation, { ok: true }>;
}) {
  return (
    <>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p class="muted">
        {exists
          ? `The folder ${path} holds the study ${name} already; it is continued.`
          : `The study will be kept in ${path}.`}
      </p>
    </>
  );
}

export function Mistakes({
  mistakes,
  text,
}: {
  readonly mistakes: readonly StudyFileMistake[];
  readonly text: string;
}) {
  const lines = text.split('\n');
  return (
    <ul class="mistakes">
      {mistakes.map(({ line, column, message }) => (
        <li key={`${line} ${column} ${message}`}>
          {line !== null && <span class="muted">Line {line}: </span>}
          {message}
          {line !== null && <code>{shown(lines[line - 1])}</code>}
        </li>
      ))}
    </ul>
  );
}

/** The most of a line that is shown (characters): a file that was pasted by mistake may be one line. */
const mostShown = 200;

function shown(line = ''): string {
  return line.length > mostShown ? `${line.slice(0, mostShown)}…` : line;
}
