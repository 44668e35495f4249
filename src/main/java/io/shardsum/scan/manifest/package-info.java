/** The files of engines against what their publishers say of them. */
package io.shardsum.scan.manifest;
