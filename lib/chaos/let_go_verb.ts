/** The hidden verb with which this program lets go of what chaos has stopped (`let_go.ts`). */
export const LET_GO_VERB = "__let-go";
