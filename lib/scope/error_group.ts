/** Several errors of one nursery, in the order in which they were raised. Single errors are grouped too. */
export class ErrorGroup extends AggregateError {
  override readonly name = "ErrorGroup";

  constructor(errors: readonly unknown[], message: string) {
    super(errors, message, errors[0] === undefined ? undefined : { cause: errors[0] });
  }

  /** All errors that are no groups themselves, at any depth. */
  flatten(): readonly unknown[] {
    return this.errors.flatMap((error) => error instanceof ErrorGroup ? error.flatten() : [error]);
  }
}
