//! The window.

mod theme;
mod widgets;

#[cfg(test)]
mod tests;
