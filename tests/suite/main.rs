
mod reference;
