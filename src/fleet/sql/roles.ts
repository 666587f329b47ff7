/** The role of workers: what they may do in the database, and nothing else. */

/**
 * Makes the role `lenet_worker`, without a password and without the right to log in: a login for each machine is made a
 * member of it. A worker may use the queue, insert results, files and progress, and say what it does. It may neither
 * change nor delete results and files.
 */
export const rolesSql = `
do $$ begin
  if not exists (select from pg_roles where rolname = 'lenet_worker') then create role lenet_worker nologin; end if;
end $$;

grant usage on schema lenet to lenet_worker;
grant select on lenet.format, lenet.study, lenet.result, lenet.progress, lenet.blob, lenet.worker to lenet_worker;
grant insert on lenet.result, lenet.blob to lenet_worker;
grant insert, update on lenet.progress, lenet.worker to lenet_worker;
revoke update, delete, truncate on lenet.result, lenet.blob from lenet_worker;

grant usage on schema pgboss to lenet_worker;
grant select on all tables in schema pgboss to lenet_worker;
grant execute on all functions in schema pgboss to lenet_worker;
`;
