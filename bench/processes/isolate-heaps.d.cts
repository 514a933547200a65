/** Bytes that are left in use in this isolate once its garbage is collected. */
export declare function heapAfterCollection(): number;
