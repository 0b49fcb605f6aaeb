/** Pixels of an image, as its header says. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Reads a header piece by piece. */
export interface ImageSizeReader {
  /** Hands over the next bytes of the file, from its beginning. */
  push(chunk: Uint8Array): void
  /** Undefined until the header has said it, and for ever when it says nothing sensible. */
  size(): ImageSize | undefined
}

/** A picture larger than this is not shown: unpacked it would fill the memory of the device that shows it. */
export const MAX_IMAGE_SIDE = 16_384
/** See {@link MAX_IMAGE_SIDE}; 80 megapixels. */
export const MAX_IMAGE_PIXELS = 80_000_000

const HEAD_BYTES = 32

/** Whether a browser may be trusted with a picture of this size. */
export function isShowable({ width, height }: ImageSize): boolean {
  return (
    width > 0 &&
    height > 0 &&
    width <= MAX_IMAGE_SIDE &&
    height <= MAX_IMAGE_SIDE &&
    width * height <= MAX_IMAGE_PIXELS
  )
}

/** A reader for one of the types that browsers may show; undefined for any other. */
export function imageSizeReaderFor(contentType: string): ImageSizeReader | undefined {
  switch (contentType) {
    case 'image/png':
      return readerOfHead(sizeOfPng)
    case 'image/gif':
      return readerOfHead(sizeOfGif)
    case 'image/webp':
      return readerOfHead(sizeOfWebp)
    case 'image/jpeg':
      return jpegReader()
    default:
      return undefined
  }
}

function readerOfHead(read: (head: DataView) => ImageSize | undefined): ImageSizeReader {
  const head = new Uint8Array(HEAD_BYTES)
  let filled = 0
  return {
    push(chunk) {
      const taken = chunk.subarray(0, HEAD_BYTES - filled)
      head.set(taken, filled)
      filled += taken.length
    },
    size: () => (filled === HEAD_BYTES ? read(new DataView(head.buffer)) : undefined),
  }
}

const tagAt = (view: DataView, offset: number): string =>
  String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + offset, 4))

function sizeOfPng(head: DataView): ImageSize | undefined {
  if (head.getUint32(8) !== 13 || tagAt(head, 12) !== 'IHDR') return undefined
  return { width: head.getUint32(16), height: head.getUint32(20) }
}

function sizeOfGif(head: DataView): ImageSize | undefined {
  return { width: head.getUint16(6, true), height: head.getUint16(8, true) }
}

const uint24 = (view: DataView, offset: number): number =>
  view.getUint16(offset, true) + view.getUint8(offset + 2) * 65_536

function sizeOfWebp(head: DataView): ImageSize | undefined {
  switch (tagAt(head, 12)) {
    case 'VP8X':
      return { width: uint24(head, 24) + 1, height: uint24(head, 27) + 1 }
    case 'VP8L': {
      if (head.getUint8(20) !== 0x2f) return undefined
      const bits = head.getUint32(21, true)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8 ': {
      // The start code of a key frame.
      if (uint24(head, 23) !== 0x2a_01_9d) return undefined
      return { width: head.getUint16(26, true) & 0x3fff, height: head.getUint16(28, true) & 0x3fff }
    }
    default:
      return undefined
  }
}

const MARKER = 0xff
/** C0–CF but for DHT, JPG and DAC: the frame headers, which hold the size. */
const isFrameMarker = (code: number): boolean =>
  code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc
/** Start of the picture's data, and end of the image: no frame header comes any more. */
const endsHeaders = (code: number): boolean => code === 0xda || code === 0xd9

/** In a JPEG the size comes after whatever the camera wrote first: walks over it without keeping it. */
function jpegReader(): ImageSizeReader {
  let found: ImageSize | undefined
  let over = false
  /** Bytes of no interest that come next; first of all the two of the file's start. */
  let skip = 2
  /** A marker, its length, and of a frame header also precision, height and width. */
  let segment: number[] = []

  const take = (byte: number): void => {
    segment.push(byte)
    const [first = 0, code = 0, lengthHigh = 0, lengthLow = 0] = segment
    if (segment.length === 1 && first !== MARKER) over = true
    if (segment.length === 2) {
      // Markers may be padded.
      if (code === MARKER) segment.pop()
      else if (endsHeaders(code)) over = true
    }
    if (segment.length === 4 && !isFrameMarker(code)) {
      skip = lengthHigh * 256 + lengthLow - 2
      if (skip < 0) over = true
      segment = []
    }
    if (segment.length === 9) {
      const [, , , , , heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0] = segment
      found = { width: widthHigh * 256 + widthLow, height: heightHigh * 256 + heightLow }
      over = true
    }
  }

  return {
    push(chunk) {
      let at = 0
      while (at < chunk.length && !over) {
        if (skip > 0) {
          const passed = Math.min(skip, chunk.length - at)
          skip -= passed
          at += passed
        } else {
          take(chunk[at] ?? 0)
          at += 1
        }
      }
    },
    size: () => found,
  }
}
