/** The fleet's tables, as one piece of SQL that may be run again. */

/** Raised when the tables change: a coordinator or worker of another format is refused. */
export const schemaFormat = 1;

/** Makes the schema `lenet`. Sizes are limited here too, since a worker may send anything. */
export const schemaSql = `
create schema if not exists lenet;

create table if not exists lenet.format (
  single boolean primary key default true check (single),
  format integer not null
);
insert into lenet.format (format) values (${schemaFormat}) on conflict do nothing;

-- A study: what all its trainings have in common.
create table if not exists lenet.study (
  id uuid primary key,
  name text not null,
  assignment jsonb not null,
  began timestamptz not null default now(),
  seen timestamptz not null default now(),
  -- What the coordinator says of itself, for lenet fleet status.
  status jsonb not null default '{}'
);

-- Results are inserted by workers and never changed by them. A delivery that is repeated has the same id.
create table if not exists lenet.result (
  id uuid primary key,
  study uuid not null references lenet.study on delete cascade,
  key text not null check (length(key) = 64),
  worker uuid not null,
  digest text not null check (length(digest) = 64),
  body text not null check (octet_length(body) <= 8388608),
  at timestamptz not null default now(),
  -- Whether the coordinator has read it.
  taken boolean not null default false
);
create index if not exists result_of_key on lenet.result (study, key);
create index if not exists result_not_taken on lenet.result (study, at) where not taken;

-- The last checkpoint of a training that has not ended.
create table if not exists lenet.progress (
  study uuid not null references lenet.study on delete cascade,
  run text not null check (length(run) = 64),
  epoch integer not null,
  worker uuid not null,
  metrics text not null check (octet_length(metrics) <= 67108864),
  checkpoint bytea not null check (octet_length(checkpoint) <= 268435456),
  at timestamptz not null default now(),
  primary key (study, run)
);
alter table lenet.progress alter column checkpoint set storage external;

-- Files by their SHA-256: models, predictions, teachers, and data in slices.
create table if not exists lenet.blob (
  study uuid not null references lenet.study on delete cascade,
  sha256 bytea not null check (octet_length(sha256) = 32),
  slice integer not null default 0,
  slices integer not null default 1,
  bytes bytea not null check (octet_length(bytes) <= 268435456),
  primary key (study, sha256, slice)
);
alter table lenet.blob alter column bytes set storage external;

-- The workers, and what each does now.
create table if not exists lenet.worker (
  id uuid primary key,
  name text not null check (length(name) <= 1000),
  slots integer not null check (slots between 1 and 100000),
  engine jsonb not null,
  cpu text not null check (length(cpu) <= 1000),
  began timestamptz not null default now(),
  seen timestamptz not null default now(),
  doing jsonb not null default '[]' check (octet_length(doing::text) <= 1048576),
  ended integer not null default 0
);
`;
