/** jsfive, the HDF5 reader: a file of its own in dist, so that whoever reads no Keras files need not ship it. */

export { File, Group } from "jsfive";
