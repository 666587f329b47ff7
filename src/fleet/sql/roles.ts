/** The role of workers: what they may do in the database, and nothing else. */

/**
 * Makes the role `lenet_worker`, without a password and without the right to log in: a login for each machine is made a
 * member of it. A worker may use the queue, insert results, files and progress, and say what it does. It may neither
 * change nor delete results and files. The schema pgboss must exist.
 */
export const rolesSql = `
do $$ begin
  if not exists (select from pg_roles where rolname = 'lenet_worker') then create role lenet_worker nologin; end if;
end $$;

grant usage on schema lenet to lenet_worker;
grant select on all tables in schema lenet to lenet_worker;
grant insert on lenet.result, lenet.blob to lenet_worker;
grant insert, update on lenet.progress, lenet.worker to lenet_worker;
grant delete on lenet.worker to lenet_worker;

grant usage on schema pgboss to lenet_worker;
grant select on all tables in schema pgboss to lenet_worker;
-- pg-boss gives a failed attempt back by deleting its row and inserting it again.
grant insert, update, delete on pgboss.job, pgboss.job_common to lenet_worker;
grant execute on all functions in schema pgboss to lenet_worker;
`;
