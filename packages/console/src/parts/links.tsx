/** Links, buttons and entries of the navigation that lead to another page of the console. */
import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  NavLink,
  type NavLinkProps,
  Paper,
  type PaperProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

/** The properties of an `<a>` that a component has not given a meaning of its own. */
type Rest<Own> = Omit<ComponentProps<'a'>, keyof Own>;

const PlainAnchor = (props: AnchorProps & Rest<AnchorProps>) => <Anchor {...props} />;
const PlainButton = (props: ButtonProps & Rest<ButtonProps>) => <Button component="a" {...props} />;
const PlainNavLink = (props: NavLinkProps & Rest<NavLinkProps>) => <NavLink {...props} />;
const PlainPaper = (props: PaperProps & Rest<PaperProps>) => <Paper component="a" {...props} />;

export const LinkAnchor = createLink(PlainAnchor);
export const LinkButton = createLink(PlainButton);
export const LinkEntry = createLink(PlainNavLink);
export const LinkPaper = createLink(PlainPaper);
