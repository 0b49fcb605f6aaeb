/** Addresses of files in this browser's memory; each file is fetched once. */
export interface FileCache {
  url(id: string): Promise<string>
  /** A file that was just uploaded need not be fetched. */
  put(id: string, file: Blob): void
}

export function createFileCache(fetchFile: (id: string) => Promise<Blob>): FileCache {
  const urls = new Map<string, Promise<string>>()
  return {
    url(id) {
      const known = urls.get(id)
      if (known !== undefined) return known
      const url = fetchFile(id).then((blob) => URL.createObjectURL(blob))
      urls.set(id, url)
      // A failure is not kept: the next look asks again.
      url.catch(() => urls.delete(id))
      return url
    },
    put: (id, file) => void urls.set(id, Promise.resolve(URL.createObjectURL(file))),
  }
}

/** Saves a file under a name of its own. */
export function saveFile(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
