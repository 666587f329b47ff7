/** Records the study of a coordinator, which may have begun before. */

import type { Database } from '../database.ts';
import type { Assignment } from '../work-order.ts';

const sql = `
insert into lenet.study (id, name, assignment) values ($1, $2, $3)
on conflict (id) do update set assignment = excluded.assignment, seen = now()`;

export async function saveStudy(
  database: Database,
  { id, name, assignment }: { readonly id: string; readonly name: string; readonly assignment: Assignment },
): Promise<void> {
  await database.query(sql, [id, name, JSON.stringify(assignment)]);
}
