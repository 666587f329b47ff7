/** What a data source is: one format of data sets, and how it is told from others and loaded. */
import type { Dataset } from '../dataset.ts';
import type { Files } from '../files.ts';
import type { DataOptions, FoundPictures, PictureRules, Resizing } from '../source.ts';

/** A picture as {@link PictureReader.survey} sees it. */
export interface PictureFacts {
  readonly width: number;
  readonly height: number;
  /** Whether red, green and blue are nearly equal in every pixel. */
  readonly isGrey: boolean;
}

/** A picture that cannot be read. */
export interface UnreadablePicture {
  readonly problem: string;
}

/** The form of all images of a set. */
export interface Frame {
  /** 1: grey; 3: red, green, blue. */
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly resize: Resizing;
}

/** Images in one form. */
export interface FramedPictures {
  /** [picture][channel][y][x]; zeros for a picture that cannot be read. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** Of each picture: its facts, or why it cannot be read. */
  readonly facts: readonly (PictureFacts | UnreadablePicture)[];
}

/** Decodes many pictures. The runtime provides it: threads in Node. */
export interface PictureReader {
  survey(paths: readonly string[]): Promise<readonly (PictureFacts | UnreadablePicture)[]>;
  frame(paths: readonly string[], frame: Frame): Promise<FramedPictures>;
}

/** What the runtime gives to a source. */
export interface SourceTools {
  readonly pictures: PictureReader;
  /** Takes a sentence that the user should read. */
  readonly note: (sentence: string) => void;
}

/** What a source loads. */
export interface SourceData {
  readonly train: Dataset;
  /** Absent where the source has one set only: then a part of it is held out as test set. */
  readonly test?: Dataset;
  /** The set's own name. Default: that of its folder or file. */
  readonly name?: string;
  /** The hash of the set. Default: that of its decoded pixels, labels, shape and class names. */
  readonly hash?: string;
  /** Default: as the images themselves look. */
  readonly pictures?: PictureRules;
  /** The options that were used, where the source reads any: with them the same data are loaded again. */
  readonly options?: DataOptions;
  /** What the files of pictures had. */
  readonly found?: FoundPictures;
}

/** A format of data sets. */
export interface DataSource {
  /** As in --data-format. */
  readonly name: string;
  /** What it is, for help and messages. */
  readonly sentence: string;
  /** The options that the source reads. */
  readonly reads: readonly (keyof DataOptions)[];
  /** Whether the files look like this format. Reads names, not contents. */
  recognizes(files: Files): Promise<boolean>;
  /** @throws WorldError that names the file, when the files are damaged or are no such set. */
  load(files: Files, options: DataOptions, tools: SourceTools): Promise<SourceData>;
}
