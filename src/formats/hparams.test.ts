import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { experimentRecord, sessionEndRecord, sessionStartRecord } from './hparams.ts';
import { fileVersion, scalarEvent, wallTimes } from './tensorboard.ts';

// The public field numbers: tensorflow's event.proto and summary.proto, tensorboard's plugin_data.proto and api.proto.
const { root } = protobuf.parse(
  `syntax = "proto3";
message Event { double wall_time = 1; int64 step = 2; Summary summary = 5; }
message Summary { repeated Value value = 1; }
message Value { string tag = 1; TensorProto tensor = 8; SummaryMetadata metadata = 9; }
message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; }
message TensorShapeProto { message Dim { int64 size = 1; } repeated Dim dim = 2; }
message SummaryMetadata { message PluginData { string plugin_name = 1; bytes content = 2; } PluginData plugin_data = 1; }
message HParamsPluginData {
  int32 version = 1;
  oneof data { Experiment experiment = 2; SessionStartInfo session_start_info = 3; SessionEndInfo session_end_info = 4; }
}
message Experiment {
  string description = 1; string user = 2; double time_created_secs = 3; repeated HParamInfo hparam_infos = 4;
  repeated MetricInfo metric_infos = 5; string name = 6;
}
message HParamInfo { string name = 1; string display_name = 2; string description = 3; DataType type = 4; }
enum DataType { DATA_TYPE_UNSET = 0; DATA_TYPE_STRING = 1; DATA_TYPE_BOOL = 2; DATA_TYPE_FLOAT64 = 3; }
message MetricInfo { MetricName name = 1; string display_name = 3; DatasetType dataset_type = 5; }
message MetricName { string group = 1; string tag = 2; }
enum DatasetType { DATASET_UNKNOWN = 0; DATASET_TRAINING = 1; DATASET_VALIDATION = 2; }
message SessionStartInfo {
  map<string, PbValue> hparams = 1; string model_uri = 2; string monitor_url = 3; string group_name = 4; double start_time_secs = 5;
}
message PbValue { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4; } }
enum NullValue { NULL_VALUE = 0; }
message SessionEndInfo { Status status = 1; double end_time_secs = 2; }
enum Status { STATUS_UNKNOWN = 0; STATUS_SUCCESS = 1; STATUS_FAILURE = 2; STATUS_RUNNING = 3; }`,
  { keepCase: true },
);

/** The plugin's message in a record, after a check of everything around it. */
function messageIn(record: Uint8Array, tag: string): Record<string, unknown> {
  const Event = root.lookupType('Event');
  const event = Event.toObject(Event.decode(record.subarray(12, -4)), { defaults: true, longs: Number });
  expect(event.summary.value).toHaveLength(1);
  const { tag: found, tensor, metadata } = event.summary.value[0];
  expect([found, tensor]).toEqual([tag, { dtype: 1, tensor_shape: { dim: [{ size: 0 }] } }]);
  expect(metadata.plugin_data.plugin_name).toBe('hparams');
  const Data = root.lookupType('HParamsPluginData');
  const data = Data.toObject(Data.decode(metadata.plugin_data.content), { enums: String });
  expect(data.version ?? 0).toBe(0);
  return data;
}

test('an independent reader finds the experiment', () => {
  const record = experimentRecord(1.5, {
    name: 'post',
    hyperparameters: [
      { name: 'batchSize', type: 'number', description: 'Images per step' },
      { name: 'optimizer', type: 'text', description: '' },
      { name: 'shuffle', type: 'flag', description: '' },
    ],
    metrics: [
      { tag: 'test/acc', set: 'validation' },
      { tag: 'train/loss', set: 'training' },
    ],
  });
  expect(messageIn(record, '_hparams_/experiment')).toEqual({
    experiment: {
      time_created_secs: 1.5,
      name: 'post',
      hparam_infos: [
        { name: 'batchSize', description: 'Images per step', type: 'DATA_TYPE_FLOAT64' },
        { name: 'optimizer', type: 'DATA_TYPE_STRING' },
        { name: 'shuffle', type: 'DATA_TYPE_BOOL' },
      ],
      metric_infos: [
        { name: { tag: 'test/acc' }, dataset_type: 'DATASET_VALIDATION' },
        { name: { tag: 'train/loss' }, dataset_type: 'DATASET_TRAINING' },
      ],
    },
  });
});

test('an independent reader finds the start and the end of a session', () => {
  const start = sessionStartRecord(2.5, {
    hyperparameters: { batchSize: 128, optimizer: 'adam', shuffle: true, warm: false, limit: null },
    group: 'abc',
  });
  expect(messageIn(start, '_hparams_/session_start_info').session_start_info).toEqual({
    group_name: 'abc',
    start_time_secs: 2.5,
    hparams: {
      batchSize: { number_value: 128 },
      optimizer: { string_value: 'adam' },
      shuffle: { bool_value: true },
      warm: { bool_value: false },
      limit: { null_value: 'NULL_VALUE' },
    },
  });
  for (const [status, told] of [
    ['success', 'STATUS_SUCCESS'],
    ['failure', 'STATUS_FAILURE'],
  ] as const) {
    expect(messageIn(sessionEndRecord(3.5, status), '_hparams_/session_end_info').session_end_info).toEqual({
      status: told,
      end_time_secs: 3.5,
    });
  }
});

test('the times of a run’s records are those of its epochs', () => {
  const session = { hyperparameters: {}, group: 'g' };
  const parts = [
    fileVersion(1),
    sessionStartRecord(1, session),
    scalarEvent(2, 0, { a: 1 }),
    scalarEvent(3, 1, { a: 1 }),
    sessionEndRecord(4, 'success'),
  ];
  expect(wallTimes(new Uint8Array(parts.flatMap((part) => [...part])))).toEqual([1, 2, 3]);
});
