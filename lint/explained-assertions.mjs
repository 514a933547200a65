/** An `as` overrules the compiler, so it has its reason beside it: a comment that ends its line, or stands right above. */
export const explainedAssertions = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { unexplained: 'Say beside this `as` why the compiler may be overruled, or parse the value.' },
  },
  create({ sourceCode, report }) {
    const comments = sourceCode.getAllComments();
    const isExplained = ({ loc }) =>
      comments.some(
        (comment) =>
          (comment.loc.start.line >= loc.start.line && comment.loc.start.line <= loc.end.line + 1) ||
          comment.loc.end.line === loc.start.line - 1,
      );
    return {
      TSAsExpression(node) {
        const isConst = node.typeAnnotation.typeName?.name === 'const';
        const isInner = node.parent.type === 'TSAsExpression';
        if (!isConst && !isInner && !isExplained(node)) report({ node, messageId: 'unexplained' });
      },
    };
  },
};
