import type { StorageDriverTargetInfo } from '@temporalio/common';

/**
 * Where a payload lies in a bucket, as Temporal specifies it for the drivers of all its SDKs: by the run that made it,
 * so that no two runs share an object, and one of them may be deleted.
 */
export function toObjectKey(target: StorageDriverTargetInfo | undefined, digest: string): string {
  return ['v0', ...segmentsOf(target), 'd', 'sha256', digest].join('/');
}

function segmentsOf(target: StorageDriverTargetInfo | undefined): string[] {
  if (target === undefined) return [];
  const { kind, namespace, type, id, runId } = target;
  const [typeKey, idKey] = kind === 'workflow' ? ['wt', 'wi'] : ['at', 'ai'];
  return ['ns', escape(namespace), typeKey, escape(type), idKey, escape(id), 'ri', escape(runId)];
}

/** Leaves what S3 calls safe characters: letters, digits and `! - _ . * ' ( )`. */
function escape(segment: string | undefined): string {
  if (segment === undefined || segment === '') return 'null';
  return encodeURIComponent(segment).replaceAll('~', '%7E');
}
