/** Recognizes by its first bytes a file that was given instead of a model or a picture. */

export interface FileKind {
  /** With an article: `a Git LFS pointer`. */
  readonly name: string;
  /** How to get a safetensors file from this file or from its source. */
  readonly wayOut?: string;
}

interface Rule extends FileKind {
  readonly is: (bytes: Uint8Array) => boolean;
}

const saveWeights =
  'load it in Python and save it with safetensors.torch.save_file(model.state_dict(), "model.safetensors")';
const saveStates =
  'load it in Python with state = torch.load(path, map_location="cpu") and save the state dict with safetensors.torch.save_file(state, "model.safetensors")';
const lfsPointer = 'the file itself was not downloaded; run: git lfs pull';

/** The first rule that fits counts, so specific kinds come before general kinds. */
const rules: readonly Rule[] = [
  { name: 'an empty file', is: ({ length }) => length === 0 },
  { name: 'a Git LFS pointer', wayOut: lfsPointer, is: starts('version https://git-lfs.github.com/spec/') },
  {
    name: 'a PyTorch file (.pt, .pth, .bin)',
    wayOut: saveStates,
    is: (bytes) => firstEntry(bytes).endsWith('data.pkl'),
  },
  {
    name: 'a NumPy archive (.npz)',
    wayOut:
      'in Python: safetensors.numpy.save_file(dict(numpy.load(path)), "model.safetensors"), with the names of a PyTorch state dict',
    is: (bytes) => firstEntry(bytes).endsWith('.npy'),
  },
  { name: 'a ZIP archive', wayOut: 'unpack it', is: starts('PK\x03\x04') },
  // torch.save before PyTorch 1.6: a pickled magic number comes first.
  {
    name: 'a PyTorch file of the old form (.pt, .pth)',
    wayOut: saveStates,
    is: starts('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.'),
  },
  { name: 'a Python pickle', wayOut: saveStates, is: (bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5 },
  {
    name: 'a NumPy array (.npy)',
    wayOut: 'a model is several named arrays; save them with safetensors.numpy.save_file',
    is: starts('\x93NUMPY'),
  },
  {
    name: 'an HDF5 file (.h5)',
    wayOut:
      'Keras and others write these; save the weights with safetensors.numpy.save_file, with the names of a PyTorch state dict',
    is: starts('\x89HDF\r\n\x1a\n'),
  },
  { name: 'a TensorFlow Lite file', wayOut: saveWeights, is: starts('TFL3', 4) },
  { name: 'a GGUF file', wayOut: saveWeights, is: starts('GGUF') },
  { name: 'a gzip file', wayOut: 'unpack it with gunzip', is: starts('\x1f\x8b') },
  { name: 'a Zstandard file', wayOut: 'unpack it with unzstd', is: starts('\x28\xb5\x2f\xfd') },
  { name: 'an XZ file', wayOut: 'unpack it with unxz', is: starts('\xfd7zXZ\0') },
  { name: 'a PNG picture', is: starts('\x89PNG\r\n\x1a\n') },
  { name: 'a JPEG picture', is: starts('\xff\xd8\xff') },
  { name: 'a GIF picture', is: starts('GIF8') },
  { name: 'a WebP picture', is: (bytes) => starts('RIFF')(bytes) && starts('WEBP', 8)(bytes) },
  { name: 'an AVIF picture', is: starts('ftypavif', 4) },
  { name: 'a HEIC picture', is: (bytes) => ['heic', 'heix', 'mif1'].some((brand) => starts(`ftyp${brand}`, 4)(bytes)) },
  { name: 'a TIFF picture', is: (bytes) => starts('II*\0')(bytes) || starts('MM\0*')(bytes) },
  { name: 'a BMP picture', is: (bytes) => starts('BM')(bytes) && bytes.length > 26 },
  { name: 'a PDF file', is: starts('%PDF-') },
  {
    name: 'an IDX file of images or labels',
    is: (bytes) => starts('\0\0\x08')(bytes) && bytes[3]! >= 1 && bytes[3]! <= 4,
  },
  { name: 'an SVG drawing', is: (bytes) => /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]/is.test(head(bytes)) },
  {
    name: 'an HTML page',
    wayOut: 'a download gave a page instead of the file, perhaps an error or a login; look at it in a browser',
    is: (bytes) => /^\s*<(?:!doctype html|html|head)\b/i.test(head(bytes)),
  },
  // Where another kind of file is asked for; a model may be one.
  {
    name: 'an ONNX model',
    wayOut:
      'export it from where it was made with safetensors.torch.save_file(model.state_dict(), "model.safetensors")',
    is: isOnnx,
  },
  { name: 'a JSON file', is: (bytes) => /^\s*[{[]\s*["{[\d]/.test(head(bytes)) },
];

/** Whether the bytes begin as an ONNX model: with the version of the format, then the program's name or the graph. */
export function isOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1]! >= 1 && bytes[1]! < 32 && (bytes[2] === 0x12 || bytes[2] === 0x3a);
}

/** The kind of a file with this content; undefined if no rule fits. */
export function kindOfFile(bytes: Uint8Array): FileKind | undefined {
  return rules.find(({ is }) => is(bytes));
}

/** `a PyTorch file (.pt): load it in Python ...`. */
export function describeKind({ name, wayOut }: FileKind): string {
  return wayOut === undefined ? name : `${name}: ${wayOut}`;
}

/** Tests whether the file has the signature's bytes (one per character) at offset `at`. */
function starts(signature: string, at = 0): (bytes: Uint8Array) => boolean {
  const wanted = Uint8Array.from(signature, (character) => character.charCodeAt(0));
  return (bytes) => wanted.every((byte, i) => bytes[at + i] === byte);
}

/** The first 1,000 bytes as text. */
function head(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 1000));
}

/**
 * The name of the first file in a ZIP archive, or '' for other files. Source: APPNOTE.TXT, 4.3.7: the name's length is
 * at byte 26, the name at byte 30.
 */
function firstEntry(bytes: Uint8Array): string {
  if (!starts('PK\x03\x04')(bytes) || bytes.length < 30) return '';
  const length = bytes[26]! + 256 * bytes[27]!;
  return new TextDecoder().decode(bytes.subarray(30, 30 + length));
}
