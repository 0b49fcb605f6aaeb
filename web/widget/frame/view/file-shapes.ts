/** Drawings that only files need. */
export const FILE_SHAPES = {
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5Zm0 0v5h5',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
} as const
