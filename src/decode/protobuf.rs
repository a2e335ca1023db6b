//! Protocol Buffers: messages, by the descriptors that `protoc --descriptor_set_out --include_imports` writes.
//!
//! A reader of its own, because every field that is there has to be shown, known or not, and messages are not to be trusted:
//! nesting and what is put out are bounded, and a preview ends where its line does.

mod descriptors;
mod message;
mod well_known;

pub(super) use descriptors::{DescriptorError, Descriptors};
pub(super) use message::{MessageType, read, without_index, without_path};
