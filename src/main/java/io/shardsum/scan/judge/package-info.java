/**
 * From the rows of the tables to groups of copies that are compared, what earlier scans know of
 * them, and findings.
 */
package io.shardsum.scan.judge;
