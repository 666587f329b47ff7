/** Machines and software of processes, as a table. */
import type { SessionView } from '../../../src/server/protocol.ts';
import { Scroll } from '../../shared/scroll.tsx';
import { bytesText, durationText } from '../data/words.ts';
import { Moment } from './moment.tsx';

export function Sessions({ sessions }: { readonly sessions: readonly SessionView[] }) {
  return (
    <Scroll label="Processes">
      <table>
        <thead>
          <tr>
            <th scope="col">started</th>
            <th scope="col" class="number">
              worked
            </th>
            <th scope="col">machine</th>
            <th scope="col">software</th>
            <th scope="col">kernels</th>
            <th scope="col" class="number">
              jobs
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map(({ started, seconds, cpu, cores, memoryBytes, os, node, version, kernels, jobs }) => (
            <tr key={started}>
              <td>
                <Moment at={started} />
              </td>
              <td class="number">{durationText(seconds)}</td>
              <td>
                {cpu}, {cores} cores, {bytesText(memoryBytes)}
              </td>
              <td>
                {os}, Node {node}, lenet-lab {version}
              </td>
              <td>{kernels ?? 'quads'}</td>
              <td class="number">{jobs}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
