const CONTAINERS = new Set(['BlockStatement', 'ClassBody', 'Program', 'StaticBlock', 'SwitchCase']);

/** An `as` overrules the compiler, so it has its reason beside it: a comment in its statement, behind it or right above. */
export const explainedAssertions = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { unexplained: 'Say beside this `as` why the compiler may be overruled, or parse the value.' },
  },
  create({ sourceCode, report }) {
    const comments = sourceCode.getAllComments().map(({ loc }) => loc);

    function isExplained(node) {
      const { start, end } = statementOf(node).loc;
      return comments.some(
        (comment) =>
          comment.end.line >= start.line - 1 && comment.start.line <= end.line && !isFar(comment, node),
      );
    }

    return {
      TSAsExpression(node) {
        const isConst = node.typeAnnotation.typeName?.name === 'const';
        const isInner = node.parent.type === 'TSAsExpression';
        if (!isConst && !isInner && !isExplained(node)) report({ node, messageId: 'unexplained' });
      },
    };
  },
};

function statementOf(node) {
  return CONTAINERS.has(node.parent.type) ? node : statementOf(node.parent);
}

/** In a long statement, a comment elsewhere explains something else. */
function isFar(comment, { loc }) {
  return comment.end.line < loc.start.line - 3 || comment.start.line > loc.end.line + 1;
}
