/** What all trainings of a study have in common. */
import type { Database } from '../database.ts';
import { type Assignment, parseAssignment } from '../work-order.ts';

const sql = 'select assignment from lenet.study where id = $1';

/** Undefined for a study that was finished meanwhile. @throws WorldError for one of another format. */
export async function readAssignment(database: Database, study: string): Promise<Assignment | undefined> {
  const [row] = await database.query<{ assignment: unknown }>(sql, [study]);
  return row && parseAssignment(row.assignment);
}
