/** Names in the database that more than one statement knows, or that both sides of it know. */

/** The queue of pg-boss that all jobs are in. */
export const queueName = 'lenet';

/** Channels of notifications. A notification is a hint: everybody looks without one, too. */
export const channels = {
  /** Workers listen: there may be jobs. */
  jobs: 'lenet_job',
  /** Coordinators listen: there may be results of the study that is named. */
  results: 'lenet_result',
} as const;
