"""The screens of structures and national roles, for instructeurs and administrateurs; and of who asks to join one."""
