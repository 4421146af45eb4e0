/*
 * What `require('imcgen')` meets in a Node that cannot require ES modules; newer ones, and `import`, never come here.
 */
throw new Error(
  "imcgen is an ES module. Use: const imcgen = await import('imcgen'). " +
    'Node 20.19, 22.12 and later can also require it.',
);
