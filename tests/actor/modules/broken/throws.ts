/** Fails while it is imported. */
throw new RangeError("not today");
