/**
 * The tables that scans land: their columns, where a scan lies in them, how it is claimed, written,
 * read again and removed, and the statements that run over them.
 */
package io.shardsum.tables;
