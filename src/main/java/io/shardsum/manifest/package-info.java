/**
 * What publishers say of files: lists of checksums, SGLang's {@code --model-checksum} file, Git LFS
 * pointers, the names in a Hugging Face cache, and signed statements of OpenSSF model signing. One
 * parser for each form; what is in doubt is refused with one line.
 */
package io.shardsum.manifest;
